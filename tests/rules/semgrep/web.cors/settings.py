"""CORS: django-cors-headers, open."""
CORS_ALLOW_ALL_ORIGINS = True
# ruleid: py-cors
CORS_ALLOW_CREDENTIALS = True
