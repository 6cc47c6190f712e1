from django.urls import path

from retro.reflections.views import feelings, improvements

app_name = "reflections"

urlpatterns = [
    path("incidents/<int:number>/feelings/", feelings.feelings, name="feelings"),
    path("incidents/<int:number>/improvements/", improvements.improvements, name="improvements"),
]
