<?php

declare(strict_types=1);

// For bin/lac-send-reports, every minute: the reports that the shop could not send at once.
return (require __DIR__ . '/bootstrap.php')['reports'];
