"use strict";

const form = document.getElementById("login");
const problem = document.getElementById("problem");
let session = null;  // of a login with a temporary password, which a new one must follow

function askForNewPassword(given) {
  session = given;
  const field = form.elements.newPassword;
  field.disabled = false;
  field.closest("label").hidden = false;
  field.focus();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const email = form.elements.email.value;
  const body = session
    ? { email, session, newPassword: form.elements.newPassword.value }
    : { email, password: form.elements.password.value };
  try {
    const answer = await fetch("/api/auth/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      location.reload();
      return;
    }
    const { error } = await answer.json();
    problem.textContent = error.message;
    if (error.code === "PASSWORD_CHANGE_REQUIRED") {
      problem.textContent = "This password was temporary. Choose a new one.";
      askForNewPassword(error.details.session);
    }
  } catch {
    problem.textContent = "That did not work. Try again shortly.";
  }
});
