"""Lotse as a Teams app. What the SDK and Microsoft's service call things ends in this folder."""
