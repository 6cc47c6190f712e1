// Puts an offered text into a field, behind what stands there already.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-offer]");
  if (!button) return;
  const field = document.getElementById(button.dataset.into);
  const offered = document.getElementById(button.dataset.offer).textContent;
  field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n${offered}` : offered;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
