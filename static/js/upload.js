// A file that was chosen goes up at once; without scripts the button does it.
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-upload] input[type=file]") && event.target.files.length)
    event.target.form.requestSubmit();
});
