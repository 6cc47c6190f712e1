from django.urls import path

from retro.reflections.views import feelings, improvements, lessons, strategies

app_name = "reflections"

FEELINGS = "incidents/<int:number>/feelings/"
IMPROVEMENTS = "incidents/<int:number>/improvements/"

urlpatterns = [
    path(FEELINGS, feelings.feelings, name="feelings"),
    path(f"{FEELINGS}mine/", feelings.add_feeling, name="add_feeling"),
    path(f"{FEELINGS}<uuid:pk>/", feelings.feeling, name="feeling"),
    path(f"{FEELINGS}<uuid:pk>/anonymity/", feelings.share_anonymously, name="anonymity"),
    path(f"{FEELINGS}<uuid:pk>/removal/", feelings.remove_feeling, name="remove_feeling"),
    path(IMPROVEMENTS, improvements.improvements, name="improvements"),
    path(f"{IMPROVEMENTS}points/", improvements.add_point, name="add_point"),
    path(f"{IMPROVEMENTS}points/<int:pk>/", improvements.point, name="point"),
    path(f"{IMPROVEMENTS}points/<int:pk>/place/", improvements.place_point, name="place_point"),
    path(f"{IMPROVEMENTS}points/<int:pk>/removal/", improvements.remove_point, name="remove_point"),
    path(
        f"{IMPROVEMENTS}points/<int:pk>/strategies/",
        strategies.add_strategy,
        name="add_strategy",
    ),
    path(f"{IMPROVEMENTS}strategies/<int:pk>/", strategies.strategy, name="strategy"),
    path(
        f"{IMPROVEMENTS}strategies/<int:pk>/place/",
        strategies.place_strategy,
        name="place_strategy",
    ),
    path(
        f"{IMPROVEMENTS}strategies/<int:pk>/removal/",
        strategies.remove_strategy,
        name="remove_strategy",
    ),
    path(f"{IMPROVEMENTS}lessons/", lessons.add_lesson, name="add_lesson"),
    path(f"{IMPROVEMENTS}lessons/<int:pk>/", lessons.lesson, name="lesson"),
    path(f"{IMPROVEMENTS}lessons/<int:pk>/removal/", lessons.remove_lesson, name="remove_lesson"),
]
