// Alt with the right arrow puts a row under the one above it; with the left one, out a level.
// reorder.js does up and down.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const form = event.target.closest?.("[data-id]")?.querySelector("form.place");
  const button = form?.querySelector(`[value=${event.key === "ArrowRight" ? "in" : "out"}]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});
