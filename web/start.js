// The page as it is without a script is drawn first; then its scripts are fetched, which would have kept it waiting.
const begin = () => {
    import("./main.js");
    import("./views/now.js");
};
if (document.hidden) begin();
else requestAnimationFrame(() => setTimeout(begin));
