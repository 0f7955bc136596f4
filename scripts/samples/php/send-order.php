<?php
// Sends the order in the file $ORDER to lastclick and prints the answer. PHP 8, and
// `composer require standard-webhooks/standard-webhooks`.
declare(strict_types=1);

require getenv('STANDARD_WEBHOOKS') ?: __DIR__ . '/vendor/autoload.php';

const TRIES = 5;

// send_order posts the whole order as it stands now, and returns the answer. It throws
// where the order was refused, or where nothing took it.
function send_order(array $order, string $url, string $secret): array
{
    $timestamp = gmdate('Y-m-d\TH:i:s\Z');
    $id = "{$order['id']}/{$order['version']}/$timestamp"; // the same in each try: one webhook, one body
    $body = json_encode(['type' => 'order.updated', 'timestamp' => $timestamp, 'data' => $order], JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES);
    for ($n = 1; ; $n++) {
        $at = time(); // a signature holds for five minutes
        $answer = @file_get_contents($url, false, stream_context_create(['http' => [
            'method' => 'POST',
            'header' => [
                'Content-Type: application/json',
                'webhook-id: ' . $id,
                'webhook-timestamp: ' . $at,
                'webhook-signature: ' . (new \StandardWebhooks\Webhook($secret))->sign($id, $at, $body),
            ],
            'content' => $body,
            'ignore_errors' => true, // the body of a refusal says what to correct
            'timeout' => 10,
        ]]));
        $status = isset($http_response_header) ? (int) explode(' ', $http_response_header[0])[1] : 0;
        if ($status >= 200 && $status < 300) {
            return json_decode($answer, true, 64, JSON_THROW_ON_ERROR);
        }
        if ($status >= 400 && $status < 500 || $n === TRIES) {
            throw new RuntimeException("the order {$order['id']} was not taken ($status): $answer");
        }
        sleep(2 ** $n);
    }
}

$order = json_decode(file_get_contents(getenv('ORDER')), true, 64, JSON_THROW_ON_ERROR);
echo json_encode(send_order($order, getenv('LASTCLICK_URL'), getenv('LASTCLICK_SECRET'))), "\n";
