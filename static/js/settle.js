// Before a request redraws rows, what is typed in them is saved; what could not be, or was typed
// meanwhile, is put back afterwards, and so are the focus and what was unfolded.
(() => {
  const PATIENCE = 5000; // ms to wait for saves that are under way
  const STUCK = ".is-failed, .is-signedOut, .is-refused, .is-invalid, .is-conflict";
  const touched = new Set(); // forms with text that no request has taken yet
  const underway = new Set(); // forms whose save has not been answered
  const saving = (event) => event.target.closest?.("form[data-autosave]");

  document.addEventListener("input", (event) => {
    if (saving(event) && !event.target.closest("[data-unsaved]")) touched.add(saving(event));
  });
  document.addEventListener("htmx:beforeSend", (event) => {
    if (!event.target.matches("form[data-autosave]")) return;
    touched.delete(event.target);
    underway.add(event.target);
  });
  document.addEventListener("htmx:afterRequest", (event) => underway.delete(event.target));

  const open = (form) => touched.has(form) || underway.has(form);
  const stuck = (form) => form.querySelector("output.status")?.matches(STUCK);
  const forms = (root) => [...root.querySelectorAll("form[data-autosave]")];

  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest } = event.detail;
    // Adding puts a row behind the others and redraws none of them.
    if (elt.matches("[data-autosave], [data-unsaved], [data-add], [data-done]")) return;
    event.preventDefault();
    const until = Date.now() + PATIENCE;
    const wait = () => {
      const waiting = forms(document).filter((form) => open(form) && !stuck(form));
      for (const form of waiting) form.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
      if (waiting.length && Date.now() < until) return setTimeout(wait, 30);
      // What is final must not go out with an older text than the one on the screen.
      const older = elt.matches("[data-final]") && forms(elt.closest(".card")).find((form) => open(form) || stuck(form));
      if (older) older.querySelector("output.status").scrollIntoView({ block: "center" });
      else issueRequest(true);
    };
    wait();
  });

  let kept = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, elt } = event.detail;
    kept = null;
    if (elt.matches("[data-autosave], [data-unsaved], [data-add]")) return;
    const active = document.activeElement;
    kept = {
      target: target.id,
      focus: target.contains(active) ? active.id || "?" : "",
      unfolded: [...target.querySelectorAll("details[open][id]")].map((row) => row.id),
      texts: forms(target).filter((form) => open(form) || stuck(form)).map((form) => [
        form.id,
        [...form.elements].filter((field) => field.name === "version" || (field.name && field.type !== "hidden"))
          .map((field) => [field.id, field.value, field.checked]),
      ]),
    };
  });

  document.addEventListener("htmx:afterSwap", () => {
    for (const form of [...touched, ...underway])
      if (!form.isConnected) [touched, underway].forEach((set) => set.delete(form));
    if (!kept) return;
    const { target, focus, unfolded, texts } = kept;
    kept = null;
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    for (const [id, fields] of texts) {
      const form = document.getElementById(id);
      if (!form) continue;
      for (const [name, value, checked] of fields) {
        const field = document.getElementById(name);
        if (field) Object.assign(field, { value, ...(checked === undefined ? {} : { checked }) });
      }
      form.querySelector("textarea, input:not([type=hidden])")?.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (!focus || document.activeElement !== document.body) return;
    // What had the focus is gone: go on at the nearest box where one adds.
    const near = document.getElementById(target)?.closest(".side, .lesson-group, main") || document;
    (document.getElementById(focus) || near.querySelector("form[data-add] textarea, textarea, .button"))?.focus();
  });
})();
