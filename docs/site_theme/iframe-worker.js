// The search of the site if it is read from a disk. Browsers start no worker from a file, so the worker's script runs in a
// hidden frame. The name is the one by which the plugin 'offline' finds that it need not load such a script from elsewhere.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(script) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.worker = this;
      const url = new URL(script, document.baseURI).href;
      frame.srcdoc =
        '<script>postMessage = data => frameElement.worker.dispatchEvent(new MessageEvent("message", { data }))</' +
        'script><script src="' + url + '"></' + 'script>';
      this.scope = new Promise(resolve => frame.addEventListener("load", () => resolve(frame.contentWindow)));
      document.body.append(frame);
    }
    postMessage(data) {
      this.scope.then(scope => scope.dispatchEvent(new MessageEvent("message", { data })));
    }
  };
}
