// The token of the moment goes with every htmx request: signing in again in another tab changes it.
document.addEventListener("htmx:configRequest", (event) => {
  const found = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
  if (found) event.detail.headers["X-CSRFToken"] = found[1];
});
