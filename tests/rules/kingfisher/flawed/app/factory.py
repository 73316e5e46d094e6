from flask import Flask

app = Flask(__name__)
app.secret_key = "supersecret"
app.config["SECRET_KEY"] = "your-secret-key"


def seed(user):
    user.set_password("admin123")
    if user.token == "@@random32@@":
        return user
