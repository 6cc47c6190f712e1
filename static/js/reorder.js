// Dragging rows by their handle. The order is the server's: a drop posts where the row went.
//
// [data-reorder] holds rows; a row that may move has a .handle and a form.place. What is posted to
// that form's address: after=<data-id of the row now before it, or empty>, and parent=<data-id of
// the row it was dropped into>, where lists nest.
const make = (list) => {
  if (list.sortable) return;
  list.sortable = new Sortable(list, {
    handle: ".handle",
    draggable: "[data-id]",
    group: list.dataset.reorder || undefined,
    animation: 120,
    fallbackOnBody: true,
    // Less than the whole row: else it gives way before one reaches the list nested in it.
    swapThreshold: 0.5,
    onEnd: ({ item, from, to, oldIndex, newIndex }) => {
      if (from === to && oldIndex === newIndex) return;
      const form = item.querySelector("form.place");
      let before = item.previousElementSibling;
      while (before && !before.dataset.id) before = before.previousElementSibling;
      const values = { after: before?.dataset.id || "" };
      const parent = to.closest("[data-id]");
      if (parent) values.parent = parent.dataset.id;
      htmx.ajax("POST", form.getAttribute("hx-post"), {
        source: form,
        target: form.getAttribute("hx-target"),
        swap: "outerHTML show:none",
        values,
      });
    },
  });
};

const makeAll = () => document.querySelectorAll("[data-reorder]").forEach(make);
document.addEventListener("htmx:afterSettle", makeAll);
makeAll();

// Alt with an arrow moves the row that has the focus.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const form = event.target.closest?.("[data-id]")?.querySelector("form.place");
  const button = form?.querySelector(`[value=${event.key === "ArrowUp" ? "up" : "down"}]`);
  if (!button) return;
  event.preventDefault();
  button.focus();
  button.click();
});
