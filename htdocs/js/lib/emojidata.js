/**
 * emojidata.js - pictures by group, each with its names; loaded when first needed.
 */

/** @type {Record<string, string>} "picture name name|picture name" */
export const GROUPS = {
	faces: '😀 grinning|😃 smiley|😄 smile|😁 grin|😆 laughing|😅 sweat_smile|🤣 rofl'
		+ '|😂 joy|🙂 slight_smile|🙃 upside_down|😉 wink|😊 blush|😇 innocent'
		+ '|🥰 smiling_hearts|😍 heart_eyes|🤩 star_struck|😘 kissing_heart|😋 yum'
		+ '|😛 tongue|😜 winking_tongue|🤪 zany|🤗 hug|🤭 hand_over_mouth|🤫 shush'
		+ '|🤔 thinking|🤐 zipper|🤨 raised_eyebrow|😐 neutral|😑 expressionless'
		+ '|😶 no_mouth|😏 smirk|😒 unamused|🙄 eye_roll|😬 grimacing|😌 relieved'
		+ '|😔 pensive|😪 sleepy|😴 sleeping|😷 mask|🤒 thermometer|🤕 bandage'
		+ '|🤧 sneeze|🥵 hot|🥶 cold|😵 dizzy_face|🤯 mind_blown|🤠 cowboy|🥳 party'
		+ '|😎 sunglasses|🤓 nerd|🧐 monocle|😕 confused|😟 worried|🙁 frown'
		+ '|😮 open_mouth|😲 astonished|😳 flushed|🥺 pleading|😨 fearful|😰 cold_sweat'
		+ '|😢 cry|😭 sob|😱 scream|😣 persevere|😞 disappointed|😓 sweat|😩 weary'
		+ '|🥱 yawn|😤 triumph|😡 rage|😠 angry|🤬 swearing|😈 devil|💀 skull|💩 poop'
		+ '|🤡 clown|👻 ghost|👽 alien|🤖 robot',
	hands: '👋 wave|✋ hand|🖖 vulcan|👌 ok_hand|🤏 pinch|✌️ victory|🤞 crossed_fingers'
		+ '|🤟 love_you|🤘 metal|🤙 call_me|👈 point_left|👉 point_right|👆 point_up'
		+ '|👇 point_down|👍 +1 thumbsup yes|👎 -1 thumbsdown no|✊ fist|👊 punch'
		+ '|👏 clap|🙌 raised_hands|👐 open_hands|🤝 handshake|🙏 pray thanks'
		+ '|✍️ writing|💪 muscle strong|👀 eyes|🧠 brain|🫶 heart_hands|🫡 salute'
		+ '|🤷 shrug|🤦 facepalm|🙋 raising_hand|💃 dancer|🚶 walking|🏃 running',
	hearts: '❤️ heart|🧡 orange_heart|💛 yellow_heart|💚 green_heart|💙 blue_heart'
		+ '|💜 purple_heart|🖤 black_heart|🤍 white_heart|💔 broken_heart|💕 two_hearts'
		+ '|💖 sparkling_heart|💯 100|💥 boom|💫 dizzy|⭐ star|🌟 star2|✨ sparkles'
		+ '|🔥 fire|🎉 tada|🎊 confetti|🎈 balloon|🎁 gift|🏆 trophy|🥇 first'
		+ '|✅ check done|☑️ ballot|❌ x|❓ question|❗ exclamation|⚠️ warning|🚫 no_entry'
		+ '|♻️ recycle|💡 bulb idea|🔔 bell|📌 pin|🔒 lock|🔑 key',
	nature: '🐶 dog|🐱 cat|🐭 mouse|🐰 rabbit|🦊 fox|🐻 bear|🐼 panda|🐨 koala|🐯 tiger'
		+ '|🦁 lion|🐮 cow|🐷 pig|🐸 frog|🐵 monkey|🙈 see_no_evil|🐔 chicken|🐧 penguin'
		+ '|🐦 bird|🦉 owl|🐝 bee|🦋 butterfly|🐌 snail|🐢 turtle|🐍 snake|🐙 octopus'
		+ '|🐬 dolphin|🐳 whale|🐘 elephant|🦒 giraffe|🌳 tree|🌲 evergreen|🌴 palm'
		+ '|🌵 cactus|🌱 seedling|🍀 clover|🍁 maple|🌷 tulip|🌹 rose|🌻 sunflower'
		+ '|🌍 earth|🌙 moon|☀️ sun|⛅ cloud|🌧️ rain|⛈️ storm|❄️ snow|🌈 rainbow'
		+ '|🌊 ocean|🌅 sunrise',
	things: '☕ coffee|🍵 tea|🍺 beer|🍻 cheers|🍷 wine|🥂 toast|🍕 pizza|🍔 burger'
		+ '|🍟 fries|🥖 baguette|🥐 croissant|🧀 cheese|🍎 apple|🍌 banana|🍉 watermelon'
		+ '|🍓 strawberry|🥭 mango|🍅 tomato|🥕 carrot|🍚 rice|🍜 noodles|🍣 sushi'
		+ '|🍰 cake|🎂 birthday|🍪 cookie|🍫 chocolate|🍦 icecream|⚽ soccer|🏀 basketball'
		+ '|🎾 tennis|🚲 bike|🚗 car|🚌 bus|🚆 train|✈️ plane|🚀 rocket|⛵ sailboat'
		+ '|🏠 house|🏢 office|🏖️ beach|⛰️ mountain|⏰ alarm|⌛ hourglass|📅 calendar'
		+ '|💻 laptop|📱 phone|📷 camera|🎧 headphones|🎵 music|🎸 guitar|🥁 drum'
		+ '|🎨 art|🎬 film|🎮 game|🎲 dice|📚 books|📝 memo|📦 package|📎 paperclip'
		+ '|✏️ pencil|🔍 search|🔧 wrench|🔨 hammer|⚙️ gear|🧪 test|🐛 bug|💰 money'
		+ '|💊 pill|🧹 broom|🛒 cart|🗑️ bin',
};
