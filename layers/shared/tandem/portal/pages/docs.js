"use strict";

// The page's own cookie, which proves that a request comes from it and not from another page in this browser.
function csrfToken() {
  const found = document.cookie.split("; ").find((pair) => /^(__Host-)?tandem_csrf=/.test(pair));
  return found ? decodeURIComponent(found.slice(found.indexOf("=") + 1)) : "";
}

function proven(request) {
  if (new URL(request.url, location.href).origin === location.origin) {
    request.headers["X-CSRF-Token"] = csrfToken();
  }
  return request;
}

SwaggerUIBundle({
  url: "/api-docs/spec.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: proven,
});

document.getElementById("leave").addEventListener("click", async () => {
  await fetch("/api/auth/logout", { method: "POST", headers: { "X-CSRF-Token": csrfToken() } });
  location.reload();
});
