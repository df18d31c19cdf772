// The box on the photo: which part of it is looked for. Drawn, moved and resized by mouse, finger and keyboard.

const WHOLE = [0, 0, 1, 1];
const STEP = 0.04;
const SMALLEST = 0.06;
const NEARLY_WHOLE = 0.98;
const TREMBLE_PX = 4;

const between = (value, low, high) => Math.min(high, Math.max(low, value));
const isWhole = ([, , width, height]) => width >= NEARLY_WHOLE && height >= NEARLY_WHOLE;

/** The box spanned by two points, at least as large as a fingertip could mean. */
function spanned([ax, ay], [bx, by]) {
  const side = (a, b) => {
    const size = Math.max(SMALLEST, Math.abs(a - b));
    return [between(b < a ? a - size : a, 0, 1 - size), size];
  };
  const [x, width] = side(ax, bx);
  const [y, height] = side(ay, by);
  return [x, y, width, height];
}

const moved = ([x, y, width, height], dx, dy) =>
  [between(x + dx, 0, 1 - width), between(y + dy, 0, 1 - height), width, height];

const resized = ([x, y, width, height], dx, dy) =>
  [x, y, between(width + dx, SMALLEST, 1 - x), between(height + dy, SMALLEST, 1 - y)];

/**
 * Lets people mark a part of the photo in `frame`, by the element `handle` in it, which has four `[data-corner]`s.
 *
 * onChange(box) is called at each change, with null for the whole photo. `show(box)` shows another one.
 */
export function photoBox(frame, handle, onChange) {
  let box = WHOLE;

  function show(given) {
    box = given ?? WHOLE;
    const [x, y, width, height] = box;
    const style = { left: x, top: y, width, height };
    for (const [side, part] of Object.entries(style)) handle.style[side] = `${part * 100}%`;
    handle.classList.toggle("whole", isWhole(box));
  }

  function change(given) {
    show(isWhole(given) ? WHOLE : given);
    onChange(box === WHOLE ? null : box);
  }

  watchPointer(frame, handle, () => box, change);

  handle.addEventListener("keydown", (event) => {
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (arrow) {
      const [dx, dy] = arrow.map((part) => part * STEP);
      // The whole photo has no room to be moved in, so the first arrow makes some.
      const from = isWhole(box) && !event.shiftKey ? [0.1, 0.1, 0.8, 0.8] : box;
      change(event.shiftKey ? resized(from, dx, dy) : moved(from, dx, dy));
    } else if (event.key === "Escape" && !isWhole(box)) {
      change(WHOLE);
    } else return;
    event.preventDefault();
  });

  return { show };
}

function watchPointer(frame, handle, current, change) {
  let follow = null; // From a point of the photo to the box, while a button or finger is down.
  let start = null;

  const point = (event) => {
    const { left, top, width, height } = frame.getBoundingClientRect();
    return [between((event.clientX - left) / width, 0, 1), between((event.clientY - top) / height, 0, 1)];
  };

  function gesture(event, from) {
    const [x, y, width, height] = current();
    const corner = event.target.dataset?.corner;
    if (corner) {
      const opposite = [corner.includes("left") ? x + width : x, corner.includes("top") ? y + height : y];
      return (to) => spanned(opposite, to);
    }
    if (handle.contains(event.target) && !isWhole(current())) {
      return (to) => moved([x, y, width, height], to[0] - from[0], to[1] - from[1]);
    }
    // A finger elsewhere on the photo scrolls the page.
    return event.pointerType === "touch" ? null : (to) => spanned(from, to);
  }

  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    follow = gesture(event, point(event));
    if (!follow) return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    frame.setPointerCapture(event.pointerId);
    start = { box: current(), x: event.clientX, y: event.clientY, drawn: false };
  });
  frame.addEventListener("pointermove", (event) => {
    if (!follow) return;
    // A click that trembles draws nothing.
    start.drawn ||= Math.hypot(event.clientX - start.x, event.clientY - start.y) >= TREMBLE_PX;
    if (start.drawn) change(follow(point(event)));
  });
  frame.addEventListener("pointerup", () => { follow = null; });
  frame.addEventListener("pointercancel", () => {
    if (follow && start.drawn) change(start.box);
    follow = null;
  });
}
