// A page that is opened from a folder may start no workers: the one of the search runs in a hidden frame there.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      this.inside = new Promise((started) => {
        const frame = document.createElement("iframe");
        frame.hidden = true;
        frame.srcdoc = "<!DOCTYPE html>";
        frame.onload = () => {
          const inside = frame.contentWindow;
          inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
          const script = inside.document.createElement("script");
          script.onload = () => started(inside);
          script.src = address;
          inside.document.head.append(script);
        };
        document.body.append(frame);
      });
    }

    postMessage(data) {
      this.inside.then((inside) => inside.dispatchEvent(new inside.MessageEvent("message", { data })));
    }
  };
}
