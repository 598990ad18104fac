# SPDX-License-Identifier: Apache-2.0
"""The rules by which a film is drawn, each tried with drawn numbers in the browser."""

from __future__ import annotations


def test_film_and_screen_are_inverse_and_the_point_under_the_wheel_stays(holds):
    holds(
        """
        const { fitted, kept, showing, toFilm, toScreen, zoomed } = await import("/js/film/view.js");
        for (let trial = 0; trial < 300; trial += 1) {
          const film = { width: between(50, 5000), height: between(50, 5000) };
          const area = { width: between(200, 2000), height: between(200, 2000) };
          const view = fitted(film, area, pick([0, 60]));
          const point = { x: between(0, film.width), y: between(0, film.height) };
          const back = toFilm(view, toScreen(view, point));
          check(near(back.x, point.x) && near(back.y, point.y), { film, area, point, back });
          for (const corner of [{ x: -0.5, y: -0.5 }, { x: film.width - 0.5, y: film.height - 0.5 }]) {
            const { x, y } = toScreen(view, corner);
            check(x > -1 && y > -1 && x < area.width + 1 && y < area.height + 1, { film, area, corner, x, y });
          }
          const at = { x: between(0, area.width), y: between(0, area.height) };
          const larger = zoomed(view, between(0.2, 5), at, view.scale);
          const under = [toFilm(view, at), toFilm(larger, at)];
          check(near(under[0].x, under[1].x) && near(under[0].y, under[1].y), { under });
          const shown = toScreen(showing(larger, point, area), point);
          const within = (value, low, high) => value >= low && value <= high;
          check(within(shown.x, 39, area.width - 39) && within(shown.y, 39, area.height - 39), { shown, area });
          const far = kept({ ...larger, x: between(-9e4, 9e4), y: between(-9e4, 9e4) }, film, area);
          const middle = toFilm(far, { x: area.width / 2, y: area.height / 2 });
          check(within(middle.x, -1, film.width + 1) && within(middle.y, -1, film.height + 1), { middle });
        }
        """,
    )


def test_smaller_copies_keep_grey_and_place(holds):
    holds(
        """
        const { Pixels } = await import("/js/film/pixels.js");
        for (const [width, height] of [[1300, 700], [1025, 1111], [513, 2]]) {
          const grey = (_, index) => 40 * (index % width) + 3 * Math.floor(index / width);
          const values = Uint16Array.from({ length: width * height }, grey);
          const film = new Pixels({ width, height, values });
          for (const [number, level] of film.levels.entries()) {
            const size = 2 ** number;
            check(level.width === Math.ceil(width / size) && level.height === Math.ceil(height / size), { number });
            for (let trial = 0; trial < 50; trial += 1) {
              const x = Math.floor(between(0, level.width - 1));
              const y = Math.floor(between(0, level.height - 1));
              const centre = (at) => at * size + (size - 1) / 2;  // of the film's pixels that it stands for
              const expected = 40 * centre(x) + 3 * Math.min(centre(y), height - 1);
              check(Math.abs(level.values[y * level.width + x] - expected) <= 3 * size, { number, x, y });
            }
          }
          check(film.level(1) === 0 && film.level(4) === 0, {});
          check(film.level(0.5) === Math.min(1, film.levels.length - 1), {});
        }
        """,
    )


def test_greys_rise_from_black_to_white_within_the_window(holds):
    holds(
        """
        const { draggedWindow, greyTable } = await import("/js/film/grey.js");
        for (let trial = 0; trial < 20; trial += 1) {
          let window = { level: between(0, 65535), width: between(300, 65535), invert: false };
          window = draggedWindow(window, between(-900, 900), between(-900, 900));
          const table = greyTable(window);
          const inverted = greyTable({ ...window, invert: true });
          for (let value = 1; value < 65536; value += 7) {
            const grey = table[value] & 255;
            check(grey >= (table[value - 1] & 255), { value, window });
            check(Math.abs(grey + (inverted[value] & 255) - 255) <= 1, { value, window });
            if (value < window.level - window.width / 2) check(grey === 0, { value, window });
            if (value > window.level + window.width / 2) check(grey === 255, { value, window });
          }
        }
        """,
    )


def test_an_expected_point_follows_turn_scale_and_shift(holds):
    holds(
        """
        const { expectedPoint } = await import("/js/film/expected.js");
        for (let trial = 0; trial < 200; trial += 1) {
          const template = Array.from({ length: 6 }, () => ({ x: between(0, 500), y: between(0, 500) }));
          const [turn, scale] = [between(-3, 3), between(0.2, 4)];
          const [c, s] = [scale * Math.cos(turn), scale * Math.sin(turn)];
          const [dx, dy] = [between(-99, 99), between(-99, 99)];
          const moved = template.map(({ x, y }) => ({ x: c * x - s * y + dx, y: s * x + c * y + dy }));
          const known = moved.map((point, index) => (index < 2 || random() < 0.5 ? point : null));
          const found = expectedPoint(template, known, 5);
          check(near(found.x, moved[5].x, 1e-5) && near(found.y, moved[5].y, 1e-5), { found, wanted: moved[5] });
          check(expectedPoint(template, [moved[0], null, null, null, null, null], 5) === null, {});
          check(expectedPoint(null, known, 5) === null, {});
        }
        """,
    )
