-- Why nothing was said: messages that did not leave, and cases that were left alone.
SELECT
  day,
  store,
  type,
  JSON_VALUE(data, '$.step') AS step,
  reason,
  COUNT(*) AS times
FROM `${dataset}.events`
WHERE type IN ('stimulus.skipped', 'stimulus.failed', 'case.suppressed', 'case.held')
GROUP BY day, store, type, step, reason
