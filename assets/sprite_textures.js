// The tiles of the sprite as textures, fetched after the first picture and uploaded once a scene.
(function () {
  "use strict";
  const projector = window.projector;
  let sheet = null; // { address, width, height, columns, rows, n_tiles, n_thumbnails }
  let pictures = []; // one ImageBitmap for each tile

  async function fetchPicture(url) {
    const answer = await fetch(url, { credentials: "same-origin" });
    if (!answer.ok) throw new Error("The thumbnails could not be fetched.");
    const options = { premultiplyAlpha: "none", colorSpaceConversion: "none" };
    return createImageBitmap(await answer.blob(), options);
  }

  // Another dataset, or its arrangement of thumbnails is known now.
  projector.useSheet = async function (arrangement) {
    sheet = arrangement;
    pictures.forEach((picture) => picture.close());
    pictures = [];
    const cloud = projector.cloud();
    if (cloud) cloud.setTiles([], null);
    // What is being drawn bit by bit may have needed them.
    if (cloud && cloud.style) projector.settle();
    if (!sheet) return;
    try {
      const urls = Array.from({ length: sheet.n_tiles }, (_, k) => `${sheet.address}/${k}`);
      const fetched = await Promise.all(urls.map(fetchPicture));
      if (sheet !== arrangement) return;
      pictures = fetched;
      projector.redraw();
    } catch (error) {
      window.dash_clientside.set_props("notice", { data: { kind: "error", text: error.message } });
    }
  };

  projector.sheet = () => (pictures.length ? sheet : null);

  // Place -> tile that holds its thumbnail.
  projector.tileOf = function (place) {
    return sheet ? Math.floor(projector.rowOf(place) / (sheet.columns * sheet.rows)) : 0;
  };

  function texture(gl, picture) {
    return projector.fillTexture(gl, gl.createTexture(), gl.LINEAR, () =>
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, picture)
    );
  }

  // Gives the cloud its textures, and every place the number of its thumbnail: its row.
  projector.dressCloud = function (cloud) {
    const { rows } = projector.shown;
    if (!pictures.length || (cloud.tiles.length && cloud.numbered === rows && cloud.nNumbered === cloud.n)) return;
    const perTile = sheet.columns * sheet.rows;
    const tiles = cloud.tiles.length
      ? cloud.tiles
      : pictures.map((picture, k) => ({ texture: texture(cloud.gl, picture), firstRow: k * perTile }));
    const numbers = rows ? Float32Array.from(rows) : Float32Array.from({ length: cloud.n }, (_, i) => i);
    cloud.setTiles(tiles, sheet, numbers);
    Object.assign(cloud, { numbered: rows, nNumbered: cloud.n });
  };
})();
