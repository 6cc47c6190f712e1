from django.urls import path

from retro.postmortems import views

app_name = "postmortems"

PUBLISH = "incidents/<int:number>/publish/"

urlpatterns = [
    path(PUBLISH, views.publish_step, name="publish"),
    path(f"{PUBLISH}preview/", views.preview, name="preview"),
    path(f"{PUBLISH}sections/", views.sections, name="sections"),
    path(f"{PUBLISH}people/<int:pk>/", views.shown, name="shown"),
    path(f"{PUBLISH}publication/", views.publication, name="publication"),
    path(f"{PUBLISH}publication/withdrawal/", views.withdrawal, name="withdrawal"),
    path("blog/", views.blog, name="blog"),
]
