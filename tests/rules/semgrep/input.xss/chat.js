// A chat box without a framework.
function addMessage(list, message) {
  const row = document.createElement("li");
  // ruleid: js-xss-dom
  row.innerHTML = `<b>${message.author}</b>: ${message.text}`;
  list.append(row);
}

function addMessageSafe(list, message) {
  const row = document.createElement("li");
  // ok: js-xss-dom
  row.textContent = `${message.author}: ${message.text}`;
  list.append(row);
}

function clear(list) {
  // ok: js-xss-dom
  list.innerHTML = "";
  const empty = "<li>No messages yet</li>";
  // ok: js-xss-dom
  list.innerHTML = empty;
}

async function loadHelp(panel, topic) {
  const answer = await fetch(`/help/${topic}`);
  // ruleid: js-xss-dom
  panel.insertAdjacentHTML("beforeend", await answer.text());
}

function greet(panel) {
  const name = new URLSearchParams(location.search).get("name");
  // ruleid: js-xss-dom
  panel.innerHTML = "Welcome back, " + name;
  // ok: js-xss-dom
  panel.innerHTML = DOMPurify.sanitize("Welcome back, " + name);
}
