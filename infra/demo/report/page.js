"use strict";
(() => {
  const form = document.querySelector(".filter");
  const customers = [...document.querySelectorAll(".customer")];
  const nothing = document.querySelector(".nothing");
  const { words, result, channel } = form.elements;
  const output = form.querySelector("output");

  const has = (list, word) => !word || list.split(" ").includes(word);

  const narrow = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const one of customers) {
      const { words: text, results, channels } = one.dataset;
      const fits = wanted.every((word) => text.includes(word));
      one.hidden = !(fits && has(results, result.value) && has(channels, channel.value));
      count += !one.hidden;
    }
    output.textContent = count === 1 ? "1 customer" : `${count} customers`;
    nothing.hidden = count > 0;
  };

  // Hundreds of frames would make the page slow to open, so each is made when its customer is opened. Until then
  // its markup is the text of a <noscript>, which without scripts is simply there.
  const showMessages = (customer) => {
    for (const waiting of customer.querySelectorAll("noscript")) {
      const template = document.createElement("template");
      template.innerHTML = waiting.textContent;
      waiting.replaceWith(template.content);
    }
  };

  const openTarget = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.matches("details")) target.open = true;
  };

  form.hidden = false;
  form.addEventListener("input", narrow);
  form.addEventListener("submit", (event) => event.preventDefault());
  nothing.querySelector("button").addEventListener("click", () => {
    form.reset();
    narrow();
    words.focus();
  });
  document.addEventListener("toggle", (event) => event.target.open && showMessages(event.target), true);
  addEventListener("hashchange", openTarget);
  openTarget();
  narrow();
})();
