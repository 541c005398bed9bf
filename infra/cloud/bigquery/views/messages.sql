-- Messages to customers per channel and step: handed to a provider, or refused by it for good.
SELECT
  day,
  store,
  channel,
  JSON_VALUE(data, '$.step') AS step,
  COUNTIF(type = 'stimulus.sent') AS sent,
  COUNTIF(type = 'stimulus.failed') AS failed,
  COUNTIF(type = 'stimulus.sent' AND JSON_VALUE(data, '$.voucher_code') IS NOT NULL) AS with_voucher
FROM `${dataset}.events`
WHERE type IN ('stimulus.sent', 'stimulus.failed')
GROUP BY day, store, channel, step
