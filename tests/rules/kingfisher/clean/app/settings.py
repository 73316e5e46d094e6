import os
from dataclasses import dataclass

SECRET_KEY = os.environ["SECRET_KEY"]
API_KEY = os.getenv("API_KEY")
PASSWORD_FIELD = "password"
PASSWORD = "password"
TOKEN_URL = "/oauth/token"
SECRET_NAME = "projects/shop/secrets/db-password"
TOKEN_HEADER = "X-Auth-Token"
TOKEN = "auth_token"
SECRET = "<your secret>"
API_TOKEN = "xxxxxxxxxxxxxxxx"
CLIENT_SECRET = "${CLIENT_SECRET}"
PASSWORD_HASH = "pbkdf2_sha256$600000$Jx0$kq"
password = "pbkdf2_sha256$600000$Jx0$kq"
REQUEST_TOKEN = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


@dataclass
class Login:
    password: str = ""
    token: str | None = None


def check(configuration, password):
    return configuration.get("password") == password and configuration.get("secret_key", "")
