// A form with data-autosave saves itself a second after the last key, and on leaving a field.
// The server answers with pieces that replace themselves; the form itself is never swapped.
(() => {
  const PAUSE = 1000;
  const RETRY = 5000;
  const waiting = new WeakMap(); // form -> timer
  const dirty = new Set();

  const status = (form, name) => {
    const line = form.querySelector("output.status");
    if (!line) return;
    line.className = `status is-${name}`;
    line.textContent = line.dataset[name] || "";
  };

  const save = (form) => {
    clearTimeout(waiting.get(form));
    if (!dirty.has(form) || !form.isConnected) return;
    dirty.delete(form);
    status(form, "saving");
    htmx.trigger(form, "save");
  };

  const later = (form, pause) => {
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => save(form), pause));
  };

  const owner = (event) => event.target.closest?.("form[data-autosave]");

  document.addEventListener("input", (event) => {
    const form = owner(event);
    if (!form || event.target.type === "file" || event.target.closest("[data-unsaved]")) return;
    dirty.add(form);
    status(form, "typing");
    // A choice is made with one click; a text is finished when the typing pauses.
    later(form, event.target.matches("select, [type=radio], [type=checkbox]") ? 0 : PAUSE);
  });

  document.addEventListener("focusout", (event) => {
    const form = owner(event);
    if (form) save(form);
  });

  // "Save my text" in a conflict: on top of the version that was shown, not of the one read first.
  document.addEventListener("click", (event) => {
    const over = event.target.closest?.("button[name=over]");
    if (over) over.form.elements.version.value = over.value;
    const reload = event.target.closest?.("[data-reload]");
    if (reload) {
      event.preventDefault();
      dirty.delete(reload.closest("form"));
      location.reload();
    }
  });

  const failed = (event, name) => {
    const form = event.target.closest?.("form[data-autosave]");
    if (!form) return;
    dirty.add(form);
    status(form, name);
    if (name !== "refused") later(form, RETRY);
  };
  document.addEventListener("htmx:sendError", (event) => failed(event, "failed"));
  document.addEventListener("htmx:timeout", (event) => failed(event, "failed"));
  document.addEventListener("htmx:responseError", (event) => {
    const code = event.detail.xhr.status;
    failed(event, code === 401 ? "signedOut" : code === 403 ? "refused" : "failed");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form[data-autosave]");
    // Typed on while the save was under way: the answer said "saved", the newer text is not yet.
    if (form && dirty.has(form) && event.detail.successful) status(form, "typing");
  });

  // "Done" puts the editor away. Not while it holds a text that could not be saved.
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches?.("[data-done]")) return;
    const editor = event.target.closest(".edit") || document;
    for (const form of editor.querySelectorAll("form[data-autosave]")) {
      const line = form.querySelector("output.status");
      if (dirty.has(form) || line?.matches(".is-failed, .is-signedOut, .is-refused, .is-invalid, .is-conflict")) {
        event.preventDefault();
        line?.scrollIntoView({ block: "center" });
        return;
      }
    }
  });

  window.addEventListener("beforeunload", (event) => {
    if (dirty.size) event.preventDefault();
  });
  // Without this a tab that is closed within the second would lose the last words.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") [...dirty].forEach(save);
  });
})();
