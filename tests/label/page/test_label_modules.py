# SPDX-License-Identifier: Apache-2.0
"""The rules of labels, lists and saving, each tried with drawn numbers in the browser."""

from __future__ import annotations


def test_a_label_keeps_the_rules_of_the_server(holds):
    holds(
        """
        const { nextOpen, withFlag, withLandmark, withProposal } = await import("/js/label.js");
        const placed = ["placed", "accepted"];
        for (let trial = 0; trial < 300; trial += 1) {
          const count = Math.ceil(between(0, 8));
          let label = { points: Array(count).fill(null), states: Array(count).fill("unset"), status: "unlabelled" };
          const proposal = { points: label.points.map(() => pick([null, { x: random(), y: random() }])) };
          for (let step = 0; step < 12; step += 1) {
            const before = JSON.stringify(label);
            const kind = pick(["unset", "placed", "accepted", "not_visible", "absent"]);
            const point = placed.includes(kind) ? { x: random(), y: random() } : null;
            const changed = pick([
              () => withLandmark(label, Math.floor(random() * count), kind, point),
              () => withProposal(label, proposal),
              () => withFlag(label, random() < 0.5),
            ])();
            check(JSON.stringify(label) === before, { before });
            label = changed;
            const given = label.points.map(Boolean).join();
            check(given === label.states.map((state) => placed.includes(state)).join(), label);
            const open = label.states.filter((state) => state === "unset").length;
            if (label.status === "labelled") check(open === 0, label);
            if (label.status === "in_progress") check(open > 0 && open < count, label);
            if (label.status === "unlabelled") check(open === count, label);
            const next = nextOpen(label, Math.floor(random() * count));
            check(open ? label.states[next] === "unset" : next === -1, label);
          }
        }
        """,
    )


def test_a_landmark_set_in_writing_is_always_one_that_can_be_sent(holds):
    holds(
        """
        const d = await import("/js/editor/draft.js");
        for (let trial = 0; trial < 300; trial += 1) {
          const study = { name: "s", revision: 1, landmarks: ["left a", "right a", "b"], pairs: [["left a", "right a"]],
                          skeleton: [[0, 2]], template: null };
          let draft = d.draftOf(study);
          for (let step = 0; step < 10; step += 1) {
            const keys = draft.rows.map(({ key }) => key);
            draft = pick([
              () => d.withNames(draft, ["c", " b ", "", "l x", "r x"]),
              () => d.withName(draft, pick(keys), pick(["left z", "right z", "q"])),
              () => d.without(draft, pick(keys)),
              () => d.withMove(draft, pick(keys), pick([-1, 1])),
              () => d.withPair(draft, pick(keys), pick([null, ...keys])),
              () => d.withPairsByName(draft),
              () => d.withLine(draft, pick(keys), pick(keys)),
              () => d.withPoint(draft, pick(keys), { x: 1, y: 2 }),
            ])();
            if (!draft.rows.length) break;
          }
          if (d.fault(draft)) continue;
          const sent = d.changeOf(draft, study, "film");
          const names = new Set(sent.landmarks);
          check(names.size === sent.landmarks.length, sent);
          const paired = sent.pairs.flat();
          check(new Set(paired).size === paired.length && paired.every((name) => names.has(name)), sent);
          check(sent.skeleton.every(([a, b]) => a !== b && a >= 0 && b >= 0 && Math.max(a, b) < names.size), sent);
          check(Object.values(sent.renamed).every((name) => names.has(name)), sent);
          check(!sent.template || sent.template.points.length === names.size, sent);
        }
        const both = d.withPairsByName(d.withNames({ name: "", rows: [], lines: [] },
          ["Left hip", "Right hip", "femur_L", "femur_R", "sella", "lip", "l. wing", "r. wing"]));
        const pairs = d.changeOf(both, { name: "s", revision: 1 }, "f").pairs;
        check(pairs.join(";") === "Left hip,Right hip;femur_L,femur_R;l. wing,r. wing", pairs);
        """,
    )


def test_whatever_fails_the_last_label_is_saved_and_revisions_follow(holds):
    holds(
        """
        const { Saver } = await import("/js/saver.js");
        const { Offline, Refused } = await import("/js/api.js");
        const waited = window.setTimeout;
        window.setTimeout = (run) => waited(run, 0);
        try {
          for (let trial = 0; trial < 60; trial += 1) {
            const server = { revision: 0, points: [] };
            const told = [];
            const saver = new Saver({
              async save(film, { revision, points }) {
                await null;
                if (random() < 0.2) throw new Offline();
                if (random() < 0.1) throw new Refused(507, { error: "the disk is full" });
                if (revision !== server.revision) throw new Refused(409, { error: "stale", label: { ...server } });
                Object.assign(server, { revision: revision + 1, points });
                return { ...server };
              },
            }, { state() {}, failing() {}, saved() {}, refused: (film, error) => told.push(error.message) });
            saver.know("film", 0);
            let last = 0;
            for (let step = 0; step < 8; step += 1) {
              last = step;
              saver.save("film", { points: [step] }, pick([null, 1]));
              if (random() < 0.5) await new Promise((go) => waited(go, 1));
            }
            while (saver.busy) await new Promise((go) => waited(go, 1));
            check(server.points[0] === last && !told.length, { server, told });
          }
        } finally {
          window.setTimeout = waited;
          sessionStorage.clear();
        }
        """,
    )


def test_ten_thousand_films_are_a_few_rows(holds):
    holds(
        """
        const { FilmPages } = await import("/js/films/pages.js");
        const { VirtualList } = await import("/js/films/virtual_list.js");
        const asked = [];
        const api = { async films({ offset, limit }) {
          asked.push(offset);
          const films = Array.from({ length: limit }, (_, index) => ({ id: `film ${offset + index}` }));
          return { total: 10000, counts: {}, films };
        } };
        const box = document.createElement("div");
        box.id = "many";
        box.append(document.createElement("div"));
        box.style.cssText = "position: fixed; height: 400px; width: 100px; overflow: auto";
        document.body.append(box);
        const pages = new FilmPages(api, () => list.draw(pages.total));
        const opened = [];
        const list = new VirtualList(box, 50, {
          row: (index, row) => (row.textContent = pages.known(index)?.id ?? ""),
          open: (index) => opened.push(index),
        });
        await pages.reset("", "name");
        check(box.firstElementChild.offsetHeight === 500000, box.firstElementChild.offsetHeight);
        box.scrollTop = 250000;
        list.draw();
        await pages.at(5000);
        list.draw();
        const rows = [...box.querySelectorAll("[role=option]")];
        check(rows.length < 20, rows.length);
        check(rows.some((row) => row.textContent === "film 5003"), rows.map((row) => row.textContent));
        check(asked.length <= 3, asked);
        check(pages.indexOf("film 5003") === 5003 && (await pages.at(10000)) === null, {});
        for (const key of ["End", "Enter"]) box.dispatchEvent(new KeyboardEvent("keydown", { key }));
        check(opened[0] === 9999, opened);
        box.remove();
        """,
    )


def test_a_draft_follows_its_landmarks_into_another_set(holds):
    holds(
        """
        const { withDraft, withLandmark } = await import("/js/label.js");
        for (let trial = 0; trial < 200; trial += 1) {
          const names = ["a", "b", "c", "d", "e"];
          const some = () => names.filter(() => random() < 0.7).sort(() => random() - 0.5);
          const [before, now] = [some(), some()];
          if (!now.length) continue;
          const empty = (of) => ({ points: of.map(() => null), states: of.map(() => "unset"), status: "unlabelled" });
          let draft = empty(before);
          for (const index of before.keys()) {
            if (random() < 0.6) draft = withLandmark(draft, index, "placed", { x: index, y: random() });
          }
          const label = withDraft(empty(now), now, { ...draft, landmarks: before });
          for (const [index, name] of now.entries()) {
            const own = before.indexOf(name);
            check(label.points[index] === (own < 0 ? null : draft.points[own]), { before, now, draft, label });
          }
          check((label.status === "unlabelled") === label.states.every((state) => state === "unset"), label);
        }
        """
    )
