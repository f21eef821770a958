// The whole page takes dropped files, and each finds its place in the upload dialog.
(function () {
  "use strict";
  const projector = window.projector;
  const isText = (file) => /\.(tsv|csv|txt)(\.gz)?$/i.test(file.name);
  const isTable = (file) => isText(file) || /\.(parquet|feather|arrows?|jsonl?)(\.gz)?$/i.test(file.name);
  const isPicture = (file) => /\.(png|jpe?g|webp|gif|bmp)$/i.test(file.name);

  // By ending and name; a second table is metadata.
  function place(file, task) {
    const name = file.name.toLowerCase();
    if (task.dataset) return "metadata";
    if (isPicture(file) || name.endsWith(".zip")) return "sprite";
    if (isTable(file) && (/meta|label/.test(name) || task.files.tensors)) return "metadata";
    return "tensors";
  }

  // A file of bookmarks, ours or the predecessor's, is known by its first characters.
  const BOOKMARKS =
    /^\uFEFF?\s*(\{\s*"format":\s*"embedding-dashboard bookmarks"|\[\s*\{\s*"label":\s*"(\\.|[^"\\])*",\s*"isSelected":)/;

  async function holdsBookmarks(files) {
    if (files.length !== 1 || !/\.(json|txt)$/i.test(files[0].name)) return false;
    return BOOKMARKS.test(await files[0].slice(0, 4096).text());
  }

  function folders(transfer) {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
    return entries.filter((entry) => entry && entry.isDirectory).map((entry) => entry.name);
  }

  async function drop(transfer) {
    // What was dropped can be asked only at once.
    const names = folders(transfer);
    const files = [...transfer.files].filter((file) => !names.includes(file.name));
    if (!names.length && (await holdsBookmarks(files))) return projector.openBookmarkFile(files[0]);
    const nPictures = files.filter(isPicture).length;
    const task = projector.openUpload();
    if (names.length || nPictures > 1) {
      const what = names.length ? `“${names[0]}” is a folder` : `These are ${nPictures} pictures`;
      task.error = { message: `${what}: put the pictures into a .zip and drop that; they become the thumbnails.` };
      return task.onChange();
    }
    // Arrays first, then tables that know vectors: a table beside one of them is its metadata.
    files.sort((a, b) => isTable(a) + isText(a) - isTable(b) - isText(b));
    for (const file of files) task.choose(place(file, task), file);
    task.refresh();
  }

  const page = document.documentElement;
  const holdsFiles = (event) => event.dataTransfer && event.dataTransfer.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    page.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) page.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    page.classList.remove("dropping");
    if (!holdsFiles(event)) return;
    event.preventDefault();
    drop(event.dataTransfer);
  });
})();
