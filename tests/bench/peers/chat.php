<?php
// chat.php - what a plain chat in PHP does for a message sent and for a page of 50: the same
// tables, the same durable database, nothing of events, limits or repeats.
declare(strict_types=1);

$db = new PDO('mysql:unix_socket=' . getenv('PEER_SOCKET') . ';dbname=' . getenv('PEER_DATABASE')
	. ';charset=utf8mb4', getenv('PEER_USER'), getenv('PEER_PASSWORD'), [
	PDO::ATTR_PERSISTENT => true,
	PDO::ATTR_EMULATE_PREPARES => false,
	PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
	PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
]);

function query(string $sql, array $values): PDOStatement
{
	global $db;
	$statement = $db->prepare($sql);
	$statement->execute($values);
	return $statement;
}

function answer(int $status, array $what): never
{
	http_response_code($status);
	header('Content-Type: application/json');
	echo json_encode($what);
	exit;
}

$token = hash('sha256', substr($_SERVER['HTTP_AUTHORIZATION'] ?? '', strlen('Bearer ')), true);
$user = query('SELECT s.user FROM session s JOIN user u ON u.id = s.user
	WHERE s.token = ? AND s.expires_at > UNIX_TIMESTAMP() * 1000 AND u.disabled = 0', [$token])
	->fetchColumn();
if ($user === false) {
	answer(401, ['error' => 'unauthorized']);
}
preg_match('~/rooms/(\d+)/messages~', $_SERVER['REQUEST_URI'], $found);
$room = (int) $found[1];
if (!query('SELECT 1 FROM member WHERE user = ? AND room = ?', [$user, $room])->fetchColumn()) {
	answer(404, ['error' => 'not_found']);
}

if ($_SERVER['REQUEST_METHOD'] === 'GET') {
	answer(200, ['messages' => query('SELECT room, seq, user, client_id, body, created_at, edited_at
		FROM message WHERE room = ? ORDER BY seq DESC LIMIT 50', [$room])->fetchAll()]);
}

$new = json_decode(file_get_contents('php://input'), true, 8, JSON_THROW_ON_ERROR);
$now = (int) (microtime(true) * 1000);
$db->beginTransaction();
query('UPDATE room SET last_seq = LAST_INSERT_ID(last_seq + 1), messages = messages + 1,
	last_message = last_seq WHERE id = ?', [$room]);
$seq = (int) $db->lastInsertId();
query('INSERT INTO message (room, seq, user, client_id, digest, body, created_at)
	VALUES (?, ?, ?, ?, ?, ?, ?)', [$room, $seq, $user, $new['client_id'],
	hash('sha256', $new['body'], true), $new['body'], $now]);
query('INSERT INTO event (room, seq, type, actor, target, created_at) VALUES (?, ?, 1, ?, ?, ?)',
	[$room, $seq, $user, $seq, $now]);
$db->commit();
answer(201, ['message' => ['room' => $room, 'seq' => $seq, 'user' => $user,
	'body' => $new['body'], 'created_at' => $now]]);
