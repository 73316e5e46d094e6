import os

SECRET_KEY = "@@random32@@"
DATABASES = {"default": {"NAME": "shop", "PASSWORD": "Wint3r-boots!"}}
EMAIL_HOST_PASSWORD: str = "@@random16@@"
JWT_SECRET = os.environ.get("JWT_SECRET", "dev-secret-key")
SLACK = "@@slack@@"
TWILIO_AUTH_TOKEN = "@@hex32@@"
AWS_SECRET_ACCESS_KEY = "@@aws40@@"
HEADERS = {"Authorization": "Bearer @@random32@@"}
ENGINE = "postgresql+asyncpg://shop:Gr4pefruit@db.shop.example.net/shop"
