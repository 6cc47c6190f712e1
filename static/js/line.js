// The one-line box: Enter adds, Shift+Enter makes a new line, Escape empties the hint.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.(".line textarea");
  // Enter also ends a syllable that an input method is still composing.
  if (!box || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (box.value.trim()) box.form.requestSubmit();
});
