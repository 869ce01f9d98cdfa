// What the guide's sample uses of ws, over node's own WebSocket: on('message', …) and send(…). A real one throws when it
// is sent to before it is open; this one waits, so that the sample's lines can stand below each other.
module.exports = class {
  constructor(url) {
    this.line = new globalThis.WebSocket(url);
    this.opened = new Promise((resolve) => this.line.addEventListener('open', resolve));
  }

  on(name, listener) {
    const told = { message: (event) => event.data, close: (event) => event.code };
    this.line.addEventListener(name, (event) => listener(told[name](event)));
    return this;
  }

  send(text) {
    this.opened.then(() => this.line.send(text));
  }
};
