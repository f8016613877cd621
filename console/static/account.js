// One form: what was typed, and the token behind `#`, go to the API; its answer is told in words.
"use strict";

const form = document.querySelector("form");
const told = document.querySelector('[role="status"]');
const token = new URLSearchParams(location.hash.slice(1)).get("token");
// Neither the history nor somebody who looks at the screen needs it.
history.replaceState(null, "", location.pathname);

function tell(text, { refused = false } = {}) {
  told.textContent = text;
  told.classList.toggle("refused", refused);
}

function refusal(body) {
  const messages = (body.details || []).map((detail) => detail.message);
  return messages.join(" ") || body.message || "That did not work. Try again in a moment.";
}

async function send() {
  const fields = Object.fromEntries(new FormData(form));
  if (form.dataset.token) fields.token = token;
  const response = await fetch(form.dataset.api, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(fields),
  });
  const body = await response.json();
  if (!response.ok) throw new Error(refusal(body));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  tell("");
  try {
    await send();
    form.hidden = true;
    tell(form.dataset.done);
    document.querySelector("#next").hidden = false;
  } catch (error) {
    tell(error instanceof TypeError ? "The hub cannot be reached. Try again in a moment." : error.message, { refused: true });
  } finally {
    button.disabled = false;
  }
});

if (form.dataset.token && !token) {
  form.hidden = true;
  tell("This page is opened by the link in a mail; the link is not whole.", { refused: true });
} else {
  form.hidden = false;
}
