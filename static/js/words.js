// A click on a suggestion puts the word into its comma-separated field, or takes it out.
const wordsOf = (field) => field.value.split(/[,，、]/).map((word) => word.trim()).filter(Boolean);

const mark = (box) => {
  const field = document.getElementById(box.dataset.wordsFor);
  if (!field) return;
  const words = wordsOf(field);
  for (const chip of box.querySelectorAll("[data-word]"))
    chip.setAttribute("aria-pressed", words.includes(chip.dataset.word));
};

const markAll = () => document.querySelectorAll("[data-words-for]").forEach(mark);

document.addEventListener("click", (event) => {
  const chip = event.target.closest?.("[data-word]");
  if (!chip) return;
  const box = chip.closest("[data-words-for]");
  const field = document.getElementById(box.dataset.wordsFor);
  const words = wordsOf(field);
  const at = words.indexOf(chip.dataset.word);
  if (at < 0) words.push(chip.dataset.word);
  else words.splice(at, 1);
  field.value = words.join(", ");
  field.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("input", (event) => {
  const box = document.querySelector(`[data-words-for="${CSS.escape(event.target.id)}"]`);
  if (box) mark(box);
});
document.addEventListener("htmx:afterSettle", markAll);
markAll();
