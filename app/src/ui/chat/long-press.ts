/** Opens a menu by a long press of a finger, or by the other button of a mouse. */
const pressMs = 450;
const slack = 10;

export function longPress(open: () => void) {
  return (element: HTMLElement): (() => void) => {
    let timer = 0;
    let from = { x: 0, y: 0 };

    const stop = () => clearTimeout(timer);
    const press = () => {
      swallowClick();
      open();
    };
    const start = (event: PointerEvent) => {
      if (event.pointerType === 'mouse') return;
      from = { x: event.clientX, y: event.clientY };
      stop();
      timer = window.setTimeout(press, pressMs);
    };
    const move = (event: PointerEvent) => {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > slack) stop();
    };
    const menu = (event: MouseEvent) => {
      if (getSelection()?.isCollapsed === false) return;
      event.preventDefault();
      stop();
      open();
    };

    element.addEventListener('pointerdown', start);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', stop);
    element.addEventListener('pointercancel', stop);
    element.addEventListener('contextmenu', menu);
    return () => {
      stop();
      element.removeEventListener('pointerdown', start);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', stop);
      element.removeEventListener('pointercancel', stop);
      element.removeEventListener('contextmenu', menu);
    };
  };
}

/** The finger that opened the menu comes up over it: that is not a click on what is there now. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
    end();
  };
  const end = () => {
    document.removeEventListener('click', swallow, true);
    document.removeEventListener('pointerdown', end, true);
  };
  document.addEventListener('click', swallow, true);
  document.addEventListener('pointerdown', end, true);
}
