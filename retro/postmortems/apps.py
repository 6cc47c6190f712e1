from django.apps import AppConfig


class PostmortemsConfig(AppConfig):
    name = "retro.postmortems"
