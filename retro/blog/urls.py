from django.urls import path

from retro.blog import feeds, views

app_name = "blog"

urlpatterns = [
    path("", views.index, name="index"),
    path("postmortems/<str:slug>/", views.post, name="post"),
    path("tags/<str:slug>/", views.tag, name="tag"),
    path("categories/<str:slug>/", views.category, name="category"),
    path("archive/", views.archive, name="archive"),
    path("archive/<int:year>/", views.archive, name="year"),
    path("feed.atom", feeds.atom, name="feed_atom"),
    path("feed.json", feeds.json, name="feed_json"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("healthz", views.healthz, name="healthz"),
    path("files/<uuid:pk>.<str:suffix>", views.file, name="file"),
]
