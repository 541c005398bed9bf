-- Messages of the shop that could not be understood, and the money they concern where they tell.
-- The canaries of deploy.sh are refused on purpose and left out.
SELECT
  day,
  JSON_VALUE(data, '$.source') AS source,
  store,
  reason,
  JSON_VALUE(data, '$.field') AS field,
  currency,
  COUNT(*) AS refused,
  SUM(SAFE_CAST(JSON_VALUE(data, '$.amount') AS NUMERIC)) AS at_stake
FROM `${dataset}.events`
WHERE type = 'intake.refused'
  AND COALESCE(store, '') <> 'recoup-canary'
GROUP BY day, source, store, reason, field, currency
