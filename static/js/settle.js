// Before a request redraws rows, what is typed in them is saved; what could not be, or was typed
// meanwhile, is put back afterwards, and so are the focus and what was unfolded.
(() => {
  const PATIENCE = 5000; // ms to wait for saves that are under way
  const WAITING = ".is-typing, .is-saving";
  const STUCK = ".is-failed, .is-signedOut, .is-refused, .is-invalid, .is-conflict";
  const forms = (root, states) =>
    [...root.querySelectorAll("form[data-autosave]")].filter((form) =>
      form.querySelector("output.status")?.matches(states));

  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest } = event.detail;
    // Adding puts a row behind the others and redraws none of them.
    if (elt.matches("[data-autosave], [data-unsaved], [data-add], [data-done]")) return;
    event.preventDefault();
    const until = Date.now() + PATIENCE;
    for (const form of forms(document, WAITING))
      form.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
    const wait = () => {
      if (forms(document, WAITING).length && Date.now() < until) return setTimeout(wait, 30);
      const stuck = elt.matches("[data-final]") && forms(elt.closest(".card"), `${WAITING}, ${STUCK}`)[0];
      if (stuck) stuck.querySelector("output.status").scrollIntoView({ block: "center" });
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
      texts: forms(target, `${WAITING}, ${STUCK}`).map((form) => [
        form.id,
        [...form.elements].filter((field) => field.name === "version" || (field.name && field.type !== "hidden"))
          .map((field) => [field.id, field.value, field.checked]),
      ]),
    };
  });

  document.addEventListener("htmx:afterSettle", () => {
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
    const near = document.getElementById(target)?.closest("section, .lesson-group, main") || document;
    (document.getElementById(focus) || near.querySelector("form[data-add] textarea, textarea, .button"))?.focus();
  });
})();
