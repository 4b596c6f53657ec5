// Suggestions above the box in which questions are typed. The box is Streamlit's: it is listened to and never replaced, and
// whatever goes wrong here leaves it as it is. All that comes from the server is shown as text.

const BOX = '[data-testid="stChatInputTextArea"]';
const LIST = "askwell-suggestions";
const WAIT = 80;
const LONGEST = 200;
const MARGIN = 8;

let leave = null;

export default function ({ data, parentElement }) {
  // Called anew when the language or the theme changes, without the clean-up of the call before.
  leave?.();
  const list = part("ul", { id: LIST, role: "listbox", "aria-label": data.name, popover: "manual", class: "askwell-suggestions" });
  const told = part("div", { role: "status", class: "askwell-suggestions-told" });
  list.hidden = true;
  parentElement.append(list, told);

  let box = null;
  let found = [];
  let active = -1;
  let timer = 0;
  let request = null;
  let asked = false;
  let taking = false;
  // Whether the list is of what was typed before and waits for that of what stands in the box.
  let late = false;

  function part(name, attributes) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  }

  function isBox(target) {
    return target instanceof HTMLTextAreaElement && target.matches(BOX);
  }

  function forget() {
    clearTimeout(timer);
    request?.abort();
    request = null;
  }

  function close() {
    forget();
    found = [];
    choose(-1);
    wait(false);
    told.textContent = "";
    if (!list.hidden) {
      list.hidden = true;
      if (list.hidePopover && list.matches(":popover-open")) list.hidePopover();
    }
    ["role", "aria-expanded", "aria-controls", "aria-autocomplete"].forEach((name) => box?.removeAttribute(name));
  }

  function wait(yes) {
    late = yes;
    list.setAttribute("aria-busy", String(yes));
  }

  function place() {
    const { left, width, top } = (box.closest('[data-testid="stChatInput"]') ?? box).getBoundingClientRect();
    Object.assign(list.style, {
      left: `${left}px`, width: `${width}px`, bottom: `${window.innerHeight - top + MARGIN}px`,
      maxHeight: `${Math.max(0, top - 2 * MARGIN)}px`,
    });
  }

  function show(suggestions) {
    if (!suggestions.length) return close();
    found = suggestions;
    list.replaceChildren(...found.map(option));
    choose(-1);
    wait(false);
    list.hidden = false;
    if (list.showPopover && !list.matches(":popover-open")) list.showPopover();
    list.scrollTop = 0;
    place();
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-expanded", "true");
    box.setAttribute("aria-controls", LIST);
    box.setAttribute("aria-autocomplete", "list");
    told.textContent = data.count.replace("{count}", found.length);
  }

  function option(suggestion, number) {
    const row = part("li", { id: `${LIST}-${number}`, role: "option", "aria-selected": "false" });
    const text = part("span", { class: "askwell-suggested" });
    const kind = part("span", { class: "askwell-suggested-kind" });
    text.textContent = suggestion.text;
    kind.textContent = suggestion.kind;
    // The space keeps the two words apart where the row is read out.
    row.append(text, " ", kind);
    row.addEventListener("click", () => take(number));
    return row;
  }

  // From the last one on comes none, where the text is as it was typed, and then the first.
  function choose(number) {
    active = number < found.length ? number : -1;
    [...list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === active)));
    const row = active < 0 ? null : list.children[active];
    if (!row) return box?.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  function take(number) {
    if (late || !box || !found[number]) return;
    const text = found[number].insert;
    close();
    // React hears of a new value only when it is set past its own setter.
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, text);
    taking = true;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    taking = false;
    box.focus();
    box.setSelectionRange(text.length, text.length);
  }

  async function ask(text) {
    request?.abort();
    const mine = new AbortController();
    request = mine;
    try {
      const reply = await fetch("/api/suggest", {
        method: "POST", headers: { "Content-Type": "application/json" }, signal: mine.signal,
        body: JSON.stringify({ text, language: data.language }),
      });
      const suggestions = reply.ok ? (await reply.json()).suggestions : [];
      if (request === mine && box?.value === text && document.activeElement === box) show(suggestions);
    } catch {
      if (request === mine) close();
    }
  }

  function typed(event) {
    if (!isBox(event.target) || taking || event.isComposing) return;
    if (box !== event.target) close();
    box = event.target;
    clearTimeout(timer);
    const { value, selectionStart, selectionEnd } = box;
    const atEnd = selectionStart === selectionEnd && selectionEnd === value.length;
    if (!value.trim() || value.length > LONGEST || value.includes("\n") || !atEnd) return close();
    choose(-1);
    wait(true);
    timer = setTimeout(() => ask(value), WAIT);
  }

  function pressed(event) {
    if (!isBox(event.target) || event.isComposing || event.keyCode === 229) return;
    const modified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (list.hidden || late) {
      if (["Enter", "Escape", "Tab"].includes(event.key)) close();
      return;
    }
    if (event.key === "ArrowDown" && !modified) choose(active + 1);
    else if (event.key === "ArrowUp" && !modified) choose(active < 0 ? found.length - 1 : active - 1);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" || event.key === "Tab") && !modified && active >= 0) take(active);
    else {
      // The question is sent, the focus or the place in the text moves on: the list is of what was typed before.
      if (["Enter", "Tab", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"].includes(event.key)) close();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function entered(event) {
    if (!isBox(event.target) || asked) return;
    // Has the server gather what there is to suggest while the first word is typed.
    asked = true;
    box = event.target;
    ask("");
  }

  function left(event) {
    if (isBox(event.target)) close();
  }

  function moved() {
    if (!list.hidden) place();
  }

  // A press on the list must not take the focus from the box.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  const stop = new AbortController();
  const heard = { capture: true, signal: stop.signal };
  document.addEventListener("input", typed, heard);
  document.addEventListener("compositionend", (event) => setTimeout(() => typed({ target: event.target }), 0), heard);
  document.addEventListener("keydown", pressed, heard);
  document.addEventListener("focusin", entered, heard);
  document.addEventListener("focusout", left, heard);
  window.addEventListener("resize", moved, heard);
  window.visualViewport?.addEventListener("resize", moved, heard);

  const mine = () => {
    close();
    stop.abort();
    list.remove();
    told.remove();
    if (leave === mine) leave = null;
  };
  leave = mine;
  return mine;
}
