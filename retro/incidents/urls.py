from django.urls import path

from retro.incidents.views import attachments, incidents, story

app_name = "incidents"

urlpatterns = [
    path("", incidents.incident_list, name="list"),
    path("incidents/new/", incidents.new, name="new"),
    path("incidents/<int:number>/", incidents.incident, name="incident"),
    path("incidents/<int:number>/details/", incidents.details, name="details"),
    path("incidents/<int:number>/people/", incidents.add_person, name="add_person"),
    path("incidents/<int:number>/people/<int:pk>/", incidents.person, name="person"),
    path(
        "incidents/<int:number>/people/<int:pk>/removal/",
        incidents.remove_person,
        name="remove_person",
    ),
    path("incidents/<int:number>/activity/", incidents.activity, name="activity"),
    path("incidents/<int:number>/story/", story.story, name="story"),
    path("incidents/<int:number>/story/understanding/", story.understanding, name="understanding"),
    path("incidents/<int:number>/story/entries/", story.add_entries, name="add_entries"),
    path("incidents/<int:number>/story/entries/<int:pk>/", story.entry, name="entry"),
    path(
        "incidents/<int:number>/story/entries/<int:pk>/place/",
        story.place_entry,
        name="place_entry",
    ),
    path(
        "incidents/<int:number>/story/entries/<int:pk>/removal/",
        story.remove_entry,
        name="remove_entry",
    ),
    path(
        "incidents/<int:number>/story/entries/<int:pk>/attachments/",
        attachments.add_attachment,
        name="add_attachment",
    ),
    path("attachments/<uuid:pk>/", attachments.attachment_file, name="attachment_file"),
    path("attachments/<uuid:pk>/words/", attachments.attachment, name="attachment"),
    path("attachments/<uuid:pk>/removal/", attachments.remove_attachment, name="remove_attachment"),
    path("markdown/", incidents.markdown_preview, name="markdown_preview"),
]
