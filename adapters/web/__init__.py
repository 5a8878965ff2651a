"""The web endpoints for whoever runs the bot: is it alive, is it ready, how is it doing. No persons, no texts."""

from adapters.web.server import application, serve

__all__ = ["application", "serve"]
