"""The rules about what stands between a browser and the data, in our own words."""

from __future__ import annotations

from walkdown.doors.questions.tell import TOOL
from walkdown.model.finding import Rule

SCREEN_ONLY = Rule(
    TOOL, "doors-screen-role", "Only the screen asks for a role",
    "The screen shows this only to some roles, but the policy of the table lets every signed-in user do it. Whoever "
    "signs up can send the same request from the browser's console, without the screen.",
    "Ask for the role in the policy itself (`using` and `with check`), with a function that looks it up in a table "
    "that users cannot write. Keep the check in the screen as a courtesy.",
    hazard="auth.client-side", family="screen-role", cwe=(602, 862),
)  # fmt: skip
SCREEN_ONLY_DOOR = Rule(
    TOOL, "doors-screen-role-route", "Only the screen asks for a role, not the route it calls",
    "The screen shows this only to some roles, but the route that it calls lets every signed-in user in. Whoever has "
    "an account can send the same request without the screen.",
    "Ask for the role in the handler or in a middleware before it, from a value that the server looks up itself. Keep "
    "the check in the screen as a courtesy.",
    hazard="auth.client-side", family="screen-role", cwe=(602, 862),
)  # fmt: skip
OWN_ROWS = Rule(
    TOOL, "doors-own-rows-policy", "Only the screen limits reading to the own rows",
    "The screen asks only for the rows of who is signed in, but the policy of the table gives everyone the rows of "
    "all. The filter stands in the browser, where its user can leave it out.",
    "Compare the owner column with auth.uid() in the policy for select. The filter in the screen can stay.",
    hazard="auth.object-level", family="object-level-access", cwe=(639,),
)  # fmt: skip
SERVICE_KEY = Rule(
    TOOL, "doors-service-key-in-browser", "The service key is part of what browsers load",
    "A client of the database is made with the service key in code that is sent to the browser, under a name that the "
    "build puts into the bundle. The key passes every policy: whoever opens the page can read, change and delete "
    "everything, accounts included.",
    "Replace the key now, since it is public. Use the publishable key in the browser, and move what needs the service "
    "key into a server route or an edge function that checks who is asking.",
    hazard="secret.frontend", family="frontend-secret", cwe=(522, 200),
)  # fmt: skip
NOT_HERE = Rule(
    TOOL, "doors-policies-not-here", "Tables that the browser uses, without their policies",
    "The browser reads or writes these tables with the public key, so that their policies are the only guard. They "
    "are made in none of the files of this repository: nobody who reads it can tell who may do what.",
    "Put the schema under version control (`supabase db pull` writes it into a migration), then look at it again. "
    "Until then, check in the dashboard that row security is on for each table, and what its policies say.",
    hazard="auth.rls", family="policies-not-here", cwe=(1059,),
)  # fmt: skip
ACCOUNTS = Rule(
    TOOL, "doors-account-power", "A stranger can take over accounts: nothing stands at this door",
    "This door works with the service key, which may do everything with every account, and does so for whoever calls "
    "it. The gateway asks only for a key of the project, and the public one stands in every browser: anyone can set "
    "another person's password, delete the account, or make one with the rights they like.",
    "Find out who is calling (`auth.getUser(token)`) and ask for the role before the service key is used. Where people "
    "reset their own password, let Supabase send the link (`resetPasswordForEmail`) instead.",
    hazard="auth.endpoint-open", family="missing-authentication", cwe=(306, 620),
)  # fmt: skip
