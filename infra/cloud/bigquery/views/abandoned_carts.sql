-- Carts that were called abandoned, and what was in them. Days are of UTC.
SELECT
  day,
  store,
  currency,
  JSON_VALUE(data, '$.segment') AS segment,
  COUNT(*) AS carts,
  SUM(SAFE_CAST(JSON_VALUE(data, '$.total') AS NUMERIC)) AS total
FROM `${dataset}.events`
WHERE type = 'case.abandoned'
GROUP BY day, store, currency, segment
