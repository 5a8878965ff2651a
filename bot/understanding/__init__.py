"""From a text to an intent, without a language model: words, phrases of the language files, entities, slots, a reading."""
