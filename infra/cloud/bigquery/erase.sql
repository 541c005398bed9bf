-- Follows the engine when it erases a person: what was announced about the ids that `customer.erased` names, until an
-- hour after it, is deleted; the announcement of the erasure itself stays. Whoever comes back later is counted anew.
-- Harmless to repeat; run it once a day. BigQuery refuses to change rows that were written within the last half hour,
-- so rows of the last two hours are left to the next run.
DELETE FROM `${dataset}.recovery_events`
WHERE publish_time < TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 2 HOUR)
  AND message_id IN (
    SELECT announced.message_id
    FROM `${dataset}.recovery_events` AS announced
    INNER JOIN (
      SELECT erased_id, MAX(publish_time) AS erased_at
      FROM `${dataset}.recovery_events`, UNNEST(JSON_VALUE_ARRAY(data, '$.customer_ids')) AS erased_id
      WHERE JSON_VALUE(attributes, '$."ce-type"') = 'recoup.customer.erased'
      GROUP BY erased_id
    ) AS erasure
      ON erasure.erased_id = JSON_VALUE(announced.data, '$.customer_id')
    WHERE announced.publish_time < TIMESTAMP_ADD(erasure.erased_at, INTERVAL 1 HOUR)
      AND JSON_VALUE(announced.attributes, '$."ce-type"') <> 'recoup.customer.erased'
  )
