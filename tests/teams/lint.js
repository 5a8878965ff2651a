// Reads cards, one JSON per line, and prints what Microsoft's own parser and validator have to say against them.
const AC = require(process.argv[2]);
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);

function events(card) {
  const context = new AC.SerializationContext(AC.Versions.v1_5);
  const parsed = new AC.AdaptiveCard();
  parsed.parse(card, context);
  const found = parsed.validateProperties().validationEvents.map((event) => event.message);
  for (let i = 0; i < context.eventCount; i++) found.push(context.getEventAt(i).message);
  return found;
}

for (const line of lines) {
  const card = JSON.parse(line);
  // Twice: the parser's pattern for "lang" keeps a state and refuses every second right value.
  const runs = [events(card), events(card)].sort((a, b) => a.length - b.length);
  for (const message of runs[0]) console.log(message);
}
