"""CORS: django-cors-headers, closed."""
CORS_ALLOWED_ORIGINS = ["https://shop.example.com"]
# ok: py-cors
CORS_ALLOW_CREDENTIALS = True
