<?php

declare(strict_types=1);

namespace Lac\Storefront;

/**
 * What was done on the customer's behalf: rows in the shop's database, written in the transaction of the act, and
 * sent after it. A row that was sent twice adds nothing, because its id stays the same.
 */
final class Reports
{
    private const MOST = 100;
    private const LONGEST_WAIT = 3600;

    public function __construct(
        private readonly \PDO $database,
        private readonly Client $client,
        private readonly string $table = 'lac_report',
    ) {
        if (!preg_match('/^[A-Za-z_][A-Za-z0-9_.]*$/', $table)) {
            throw new SettingsException('the name of the table of reports is not plain');
        }
    }

    public function createTable(): void
    {
        $this->database->exec("CREATE TABLE IF NOT EXISTS $this->table (
            id VARCHAR(64) NOT NULL PRIMARY KEY, session_id VARCHAR(64) NOT NULL, action VARCHAR(32) NOT NULL,
            document VARCHAR(100), summary VARCHAR(500), at VARCHAR(32) NOT NULL,
            tries INTEGER NOT NULL, next_try_at BIGINT NOT NULL)");
    }

    /**
     * Call this inside the transaction of the act: both happen, or neither does.
     *
     * @param ?string $document such as `order:000000001`
     * @param ?string $summary at most 500 characters, without anything that the log must not hold
     */
    public function record(Impersonation $impersonation, Action $action, ?string $document = null, ?string $summary = null): void
    {
        $at = \DateTimeImmutable::createFromFormat('U.u', sprintf('%.6F', microtime(true)));
        $this->database->prepare("INSERT INTO $this->table
            (id, session_id, action, document, summary, at, tries, next_try_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0)")->execute([
            bin2hex(random_bytes(16)),
            $impersonation->sessionId,
            $action->value,
            $document,
            $summary === null ? null : (preg_match('/^.{0,500}/us', $summary, $found) ? $found[0] : null),
            $at->format('Y-m-d\TH:i:s.u\Z'),
        ]);
    }

    /** Sends what waits once the answer has gone out to the browser, where the server can do that (FPM). */
    public function sendAfterAnswer(): void
    {
        register_shutdown_function(function (): void {
            if (function_exists('fastcgi_finish_request')) {
                session_write_close();
                fastcgi_finish_request();
            }
            $this->send();
        });
    }

    /**
     * Sends what waits; what fails waits longer each time. Also run by `bin/lac-send-reports`, every minute.
     *
     * @return int how many reports still wait
     */
    public function send(): int
    {
        $due = $this->database->prepare("SELECT * FROM $this->table WHERE next_try_at <= ? ORDER BY at, id LIMIT 1000");
        $due->execute([time()]);
        $sessions = [];
        foreach ($due->fetchAll(\PDO::FETCH_ASSOC) as $row) {
            $sessions[$row['session_id']][] = $row;
        }
        foreach ($sessions as $sessionId => $rows) {
            foreach (array_chunk($rows, self::MOST) as $part) {
                $this->sendPart((string) $sessionId, $part);
            }
        }

        return (int) $this->database->query("SELECT count(*) FROM $this->table")->fetchColumn();
    }

    /** @param list<array<string, mixed>> $rows of one session */
    private function sendPart(string $sessionId, array $rows): void
    {
        $wanted = array_flip(['id', 'action', 'document', 'summary', 'at']);
        try {
            $this->client->report($sessionId, array_map(static fn (array $row) => array_intersect_key($row, $wanted), $rows));
            $this->remove($rows);
        } catch (Problem $problem) {
            if ($problem->isTemporary() || $problem->status === 401) {
                $this->postpone($rows, $problem);
            } elseif (count($rows) > 1) {
                // One of them is refused: find out which, and send the others.
                foreach ($rows as $row) {
                    $this->sendPart($sessionId, [$row]);
                }
            } else {
                error_log("lac: report {$rows[0]['id']} of session $sessionId is given up: {$problem->getMessage()}");
                $this->remove($rows);
            }
        } catch (Unreachable | SettingsException $failure) {
            $this->postpone($rows, $failure);
        }
    }

    private function remove(array $rows): void
    {
        $delete = $this->database->prepare("DELETE FROM $this->table WHERE id = ?");
        foreach ($rows as $row) {
            $delete->execute([$row['id']]);
        }
    }

    private function postpone(array $rows, \Exception $failure): void
    {
        error_log("lac: reports wait: {$failure->getMessage()}");
        $update = $this->database->prepare("UPDATE $this->table SET tries = tries + 1, next_try_at = ? WHERE id = ?");
        foreach ($rows as $row) {
            $wait = (int) min(self::LONGEST_WAIT, 5 * 2 ** min(20, (int) $row['tries']));
            $update->execute([time() + $wait, $row['id']]);
        }
    }
}
