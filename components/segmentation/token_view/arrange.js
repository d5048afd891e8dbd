// arrange.js: which lanes stand in the picture and which lines of them: folded, hidden, alone, only where they differ.

const arrangement = (given = {}) => ({ folded: true, hidden: [], alone: null, differing: false, ...given });

/** The payload's lanes as they are drawn: `row` is a lane's place in the payload, `twins` are lanes with the same cuts that it stands for. */
function arrangedLanes(payload, state) {
  const first = payload.first_index || [];
  const all = payload.lanes.map((lane, row) => ({ ...lane, row, first: first[row] || 0, twins: [] }));
  const alone = all.filter((lane) => lane.spec === state.alone),
    kept = all.filter((lane) => !state.hidden.includes(lane.spec));
  const shown = [];
  for (const lane of alone.length ? alone : kept.length ? kept : all) {
    const alike = (other) => other.cut === lane.cut && (!payload.ids || other.ids.every((id, t) => id === lane.ids[t])); // ids that are seen must be its own
    const twin = state.folded && lane.cut >= 0 && shown.find(alike);
    if (twin) twin.twins.push(lane);
    else shown.push(lane);
  }
  return shown.map((lane, index) => ({ ...lane, index, count: lane.ids.length, weight: 1 + lane.twins.length }));
}

/** True where all lanes make the same tokens of a line. */
function cutAlike(model, line) {
  const tokens = (lane) => {
    const found = [];
    for (let t = upperBound(lane.ends, lane.count, line.byte0 - 1); t < lane.count && lane.starts[t] < line.byte1; t++)
      if (lane.ends[t] > line.byte0 || lane.starts[t] === lane.ends[t])
        found.push(lane.starts[t], lane.ends[t], lane.kinds[t]);
    return found.join();
  };
  const known = tokens(model.lanes[0]);
  return model.lanes.every((lane) => tokens(lane) === known);
}

/** The lines to draw, and a sentence about those that are left out. */
function arrangedLines(model, lines, state) {
  if (!state.differing || model.lanes.length < 2) return { kept: lines, note: "" };
  const kept = lines.filter((line) => !cutAlike(model, line)),
    left = lines.length - kept.length;
  if (!kept.length) return { kept, note: "The tokenizers shown cut all of this alike." };
  return {
    kept,
    note: left
      ? `${thin(left)} of ${thin(lines.length)} lines are left out: all cut them alike.`
      : "They differ on every line.",
  };
}

/** Specs of all lanes with the one at `row` moved to stand at `place`. */
function moved(lanes, row, place) {
  const specs = lanes.map((lane) => lane.spec),
    [one] = specs.splice(row, 1);
  specs.splice(place, 0, one);
  return specs;
}
