"use strict";

// The page of a desk: draws the terminal's frames, plays its outputs, and sends what its user does, in order.

const TEXTS = {
  zh: {
    other: "English",
    title: "路检终端 · 桌面试用",
    ended: "终端已停止。重新启动后，本页会自动恢复。",
    officers: "1. 登录",
    officersHelp: "在终端上按确认键，输入编号，按确认键，输入 PIN，再按确认键。以下编号只在测试环境有效：",
    codes: "2. 出示一张凭证",
    codesHelp: "点一张样码，终端的摄像头就会看到它；再点一次收起。比对终端显示的号牌和“眼前车辆”。",
    car: "眼前车辆：",
    plates: "3. 或者输入一个号牌",
    platesHelp: "在待机画面按确认键，用屏幕键盘输入号牌，再选号牌种类。登记系统里的状态：",
    keys: "空格 = 扫描键，回车 = 确认键，Esc = 返回键，都可以按住不放；报警须按住确认键一秒。数字键选择带编号的项目，鼠标点屏幕即触摸。",
    none: "没有样码：请用 scripts/desk 启动。",
    buttons: { BACK: ["返回", "Esc"], TRIGGER: ["扫描", "空格"], CONFIRM: ["确认", "回车"] },
  },
  en: {
    other: "中文",
    title: "Roadside terminal on a desk",
    ended: "The terminal has stopped. This page goes on by itself when it is started again.",
    officers: "1. Sign in",
    officersHelp: "On the terminal press CONFIRM, enter the number, CONFIRM, enter the PIN, CONFIRM. These numbers work in the laboratory only:",
    codes: "2. Hold a code before the camera",
    codesHelp: "Click a sample, and the terminal's camera sees it; click it again to take it away. Compare the plate on the terminal with the car in front of you.",
    car: "Car in front: ",
    plates: "3. Or enter a plate",
    platesHelp: "On the ready screen press CONFIRM, enter the number on the screen's keys, and choose the kind of plate. What the registry says of each:",
    keys: "Space = scan, Return = CONFIRM, Escape = BACK; hold them as long as you like: an alarm wants CONFIRM held for a second. Digits pick numbered items; a click on the screen is a touch.",
    none: "There are no samples: start the terminal with scripts/desk.",
    buttons: { BACK: ["BACK", "Esc"], TRIGGER: ["SCAN", "Space"], CONFIRM: ["CONFIRM", "Return"] },
  },
};
const KEYS = { " ": "TRIGGER", Enter: "CONFIRM", Escape: "BACK" };
const GAIN = 0.06;

const byId = (id) => document.getElementById(id);
const device = byId("device"), screen = byId("screen"), codes = byId("codes");
const context = screen.getContext("2d");
let language = navigator.language.startsWith("zh") ? "zh" : "en";
let tray = { codes: [], plates: [], officers: [] };

// What the user does. One request at a time keeps the order of presses.
let sending = Promise.resolve();
function act(action) {
  const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(action) };
  sending = sending.then(() => fetch("/act", request)).catch(() => undefined);
}

// Buttons of the page and of the keyboard.
const down = new Set();
function button(name, isDown) {
  if (down.has(name) === isDown) return;
  if (isDown) down.add(name); else down.delete(name);
  document.querySelector(`[data-button=${name}]`).classList.toggle("down", isDown);
  act({ button: name, down: isDown });
}
for (const key of document.querySelectorAll("[data-button]")) {
  key.addEventListener("pointerdown", (event) => { key.setPointerCapture(event.pointerId); button(key.dataset.button, true); });
  for (const end of ["pointerup", "pointercancel"]) key.addEventListener(end, () => button(key.dataset.button, false));
  key.addEventListener("contextmenu", (event) => event.preventDefault());
}
const isControl = (element) => element.closest("#tray button") !== null;
function keyed(event, isDown) {
  const name = KEYS[event.key];
  if ((isDown && (event.ctrlKey || event.altKey || event.metaKey)) || (isDown && isControl(event.target))) return;
  if (name) { event.preventDefault(); button(name, isDown); }
  else if (/^[0-9]$/.test(event.key) && !event.repeat) act({ digit: Number(event.key), down: isDown });
}
document.addEventListener("keydown", (event) => keyed(event, true));
document.addEventListener("keyup", (event) => keyed(event, false));
function letGo() { for (const name of [...down]) button(name, false); }
window.addEventListener("blur", letGo);
document.addEventListener("visibilitychange", letGo);

// Touches: the mouse or a finger on the screen.
screen.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  screen.setPointerCapture(event.pointerId);
  const box = screen.getBoundingClientRect();
  const x = Math.floor((event.clientX - box.left) * screen.width / box.width);
  const y = Math.floor((event.clientY - box.top) * screen.height / box.height);
  act({ touch: [x, y], down: true });
});
for (const end of ["pointerup", "pointercancel"]) screen.addEventListener(end, () => act({ touch: null, down: false }));

// Frames: the newest one, as soon as the one before is drawn.
let newest = 0, drawn = 0, fetching = false;
async function draw() {
  if (fetching) return;
  fetching = true;
  try {
    while (drawn < newest) {
      const answer = await fetch("/frame");
      const picture = await createImageBitmap(await answer.blob());
      if (screen.width !== picture.width || screen.height !== picture.height) {
        [screen.width, screen.height] = [picture.width, picture.height];
      }
      context.drawImage(picture, 0, 0);
      drawn = Number(answer.headers.get("X-Frame"));
      screen.dataset.frame = answer.headers.get("X-Frame");
    }
  } catch { drawn = -1; } finally { fetching = false; }
}

// Sound: a browser plays it only after a first click or key.
let audio = null, tone = null, volume = null, wanted = [0, 0];
function startAudio() {
  if (audio !== null || !window.AudioContext) return;
  audio = new AudioContext();
  tone = new OscillatorNode(audio, { type: "square" });
  volume = new GainNode(audio, { gain: 0 });
  tone.connect(volume).connect(audio.destination);
  tone.start();
  sound(...wanted);
}
function sound(hertz, loudness) {
  wanted = [hertz, loudness];
  if (audio === null) return;
  if (hertz) tone.frequency.setValueAtTime(hertz, audio.currentTime);
  volume.gain.setTargetAtTime(hertz ? GAIN * loudness : 0, audio.currentTime, 0.003);
}
for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, startAudio, { once: true });

// The terminal's state. EventSource connects again by itself.
const events = new EventSource("/events");
events.onopen = () => { byId("ended").hidden = true; drawn = -1; newest = 0; };
events.onerror = () => { byId("ended").hidden = false; sound(0, 0); device.classList.remove("vibrating"); };
events.onmessage = (event) => {
  const state = JSON.parse(event.data);
  newest = state.frame;
  draw();
  sound(state.tone_hz, state.volume);
  device.dataset.tone = state.tone_hz;
  byId("sound").classList.toggle("on", state.tone_hz > 0);
  byId("vibration").classList.toggle("on", state.vibrating);
  device.classList.toggle("vibrating", state.vibrating);
  byId("torch").classList.toggle("on", state.torch);
  byId("lamp").style.background = `rgb(${state.lamp.map((part) => Math.round(part * 255)).join(" ")})`;
  [...codes.children].forEach((code, index) => code.classList.toggle("held", index === state.held));
};

// The tray, in the chosen language.
function make(kind, text, parent, name = "") {
  const element = document.createElement(kind);
  element.textContent = text;
  element.className = name;
  parent.append(element);
  return element;
}
function rows(table, lines) {
  table.replaceChildren();
  for (const [first, ...rest] of lines) {
    const row = make("tr", "", table);
    make("td", first, row, "mono");
    for (const text of rest) make("td", text, row);
  }
}
function say() {
  const text = TEXTS[language];
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = byId("title").textContent = text.title;
  byId("language").textContent = text.other;
  byId("ended").textContent = text.ended;
  byId("keys").textContent = text.keys;
  for (const part of ["officers", "codes", "plates"]) {
    byId(`${part}-title`).textContent = text[part];
    byId(`${part}-help`).textContent = tray.codes.length ? text[`${part}Help`] : part === "officers" ? text.none : "";
  }
  for (const key of document.querySelectorAll("[data-button]")) {
    const [name, hint] = text.buttons[key.dataset.button];
    key.textContent = name;
    make("small", hint, key);
  }
  rows(byId("officers"), tray.officers.map((one) => [one.number, `PIN ${one.pin}`, one.name]));
  rows(byId("plates"), tray.plates.map((one) => [one.number, one.kind[language], one.state[language]]));
  [...codes.children].forEach((code, index) => {
    code.querySelector("span").textContent = tray.codes[index].name[language];
    code.querySelector("small").textContent = text.car + tray.codes[index].car[language];
  });
}
function layOut() {
  tray.codes.forEach((_, index) => {
    const code = make("button", "", codes);
    code.type = "button";
    const picture = make("img", "", code);
    picture.src = `/code/${index}`;
    picture.alt = "";
    make("span", "", code);
    make("small", "", code);
    code.addEventListener("click", () => { act({ hold: code.classList.contains("held") ? null : index }); code.blur(); });
  });
}
byId("language").addEventListener("click", (event) => { language = language === "zh" ? "en" : "zh"; say(); event.target.blur(); });
say();
fetch("/tray").then((answer) => answer.json()).then((content) => { tray = content; layOut(); say(); });
