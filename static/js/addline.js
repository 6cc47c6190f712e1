// A box that adds a row (form[data-add=<name of its text field>]): the text goes off, the box is
// empty at once and keeps the focus, and the new row appears behind the others. What could not be
// added comes back into the box, with its key, so that trying again adds it once.
(() => {
  const newKey = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    // Only secure contexts have it; a plain http address in one's own network is none.
    const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-add]")) return;
    event.preventDefault();
    event.stopPropagation(); // htmx would send the box as it is when its turn comes: empty
    const box = form.elements[form.dataset.add];
    box.focus();
    if (!box.value.trim()) return;
    const values = Object.fromEntries(new FormData(form));
    box.value = "";
    form.elements.creation_key.value = newKey();
    htmx.ajax("POST", form.getAttribute("hx-post"), {
      source: form,
      target: form.getAttribute("hx-target"),
      swap: form.getAttribute("hx-swap"),
      values,
    }).catch(() => {}); // said beside the box, below
  }, true);

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-add]")) return;
    const { status } = event.detail.xhr;
    const line = form.querySelector("output.status");
    const failed = status < 200 || status >= 300;
    line.className = failed ? "status is-failed" : "status";
    line.textContent = { 422: "", 401: line.dataset.signedOut, 403: line.dataset.refused }[status]
      ?? (failed ? form.dataset.failed : "");
    if (!failed) return;
    const sent = event.detail.requestConfig.parameters;
    const box = form.elements[form.dataset.add];
    if (!box.value) form.elements.creation_key.value = sent.creation_key;
    box.value = [sent[form.dataset.add], box.value].filter(Boolean).join(" ");
  });
})();
