-- Vouchers by the day on which they were issued, and what became of them since: so that a rate never compares codes
-- of one week with redemptions of another. A code that was redeemed and then released counts as used no more.
WITH codes AS (
  SELECT
    store,
    JSON_VALUE(data, '$.code') AS code,
    MIN(day) AS day,
    COUNTIF(type = 'voucher.issued') AS issued,
    COUNTIF(type = 'voucher.redeemed') AS redeemed,
    COUNTIF(type = 'voucher.released') AS released,
    COUNTIF(type = 'voucher.expired') AS expired,
    COUNTIF(type = 'voucher.revoked') AS revoked
  FROM `${dataset}.events`
  WHERE type LIKE 'voucher.%'
  GROUP BY store, code
)
SELECT
  day,
  store,
  SUM(issued) AS issued,
  SUM(redeemed) AS redeemed,
  SUM(released) AS released,
  SUM(expired) AS expired,
  SUM(revoked) AS revoked,
  COUNTIF(redeemed > released) AS used,
  SAFE_DIVIDE(COUNTIF(redeemed > released), SUM(issued)) AS redeem_rate,
  SAFE_DIVIDE(SUM(expired), SUM(issued)) AS expire_rate
FROM codes
GROUP BY day, store
