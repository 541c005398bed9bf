-- Every announcement of the engine once, with the fields that most of them have. All other views read this one.
-- Pub/Sub and the engine both repeat themselves now and then: the same ce-id is the same announcement.
-- A deployment's canaries (infra/cloud/canary.py) are no shop's.
SELECT
  JSON_VALUE(attributes, '$."ce-id"') AS id,
  JSON_VALUE(data, '$.type') AS type,
  SAFE_CAST(JSON_VALUE(data, '$.at') AS TIMESTAMP) AS happened_at,
  DATE(SAFE_CAST(JSON_VALUE(data, '$.at') AS TIMESTAMP)) AS day,
  JSON_VALUE(data, '$.store') AS store,
  JSON_VALUE(data, '$.case_id') AS case_id,
  JSON_VALUE(data, '$.customer_id') AS customer_id,
  JSON_VALUE(data, '$.subject') AS subject,
  JSON_VALUE(data, '$.currency') AS currency,
  JSON_VALUE(data, '$.reason') AS reason,
  JSON_VALUE(data, '$.channel') AS channel,
  publish_time,
  data
FROM `${dataset}.recovery_events`
WHERE JSON_VALUE(attributes, '$."ce-type"') LIKE 'recoup.%'
  AND COALESCE(JSON_VALUE(data, '$.store'), '') != 'recoup-canary'
QUALIFY ROW_NUMBER() OVER (
  PARTITION BY JSON_VALUE(attributes, '$."ce-id"') ORDER BY publish_time, message_id
) = 1
